WITH moments AS (
  SELECT purchased_at::DATE AS day FROM orders
  UNION ALL SELECT approved_at::DATE FROM orders
  UNION ALL SELECT delivered_at::DATE FROM orders
  UNION ALL SELECT estimated_delivery_date FROM orders
  UNION ALL SELECT shipping_limit_at::DATE FROM order_items
  UNION ALL SELECT created_date FROM order_reviews
  UNION ALL SELECT first_contact_date FROM marketing_qualified_leads
  UNION ALL SELECT won_at::DATE FROM closed_deals
), span AS (
  SELECT least(date_trunc('year', min(day)), DATE '2016-01-01') AS first,
         greatest(date_trunc('year', max(day)) + INTERVAL 1 YEAR - INTERVAL 1 DAY,
                  DATE '2035-12-31') AS last
  FROM moments
), days AS (
  SELECT unnest(generate_series(first::TIMESTAMP, last::TIMESTAMP, INTERVAL 1 DAY))::DATE AS d
  FROM span
)
SELECT d AS date_key, year(d) AS year, quarter(d) AS quarter, month(d) AS month,
       monthname(d) AS month_name, strftime(d, '%Y-%m') AS year_month, day(d) AS day_of_month,
       isodow(d) AS day_of_week, dayname(d) AS day_name, weekofyear(d) AS week_of_year,
       isodow(d) >= 6 AS is_weekend
FROM days
