SELECT date_trunc('month', purchase_date_key)::DATE AS purchase_date_key, product_category_key,
       customer_state_key, count(*) AS item_count, sum(price) AS price_total,
       sum(freight) AS freight_total
FROM fact_order_item
GROUP BY ALL
