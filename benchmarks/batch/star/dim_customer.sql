WITH ranked AS (
  SELECT *, row_number() OVER by_time AS place,
         row_number() OVER by_time - rank() OVER (
           PARTITION BY customer_unique_id ORDER BY purchased_at NULLS LAST
         ) AS tie
  FROM customers LEFT JOIN orders USING (customer_id)
  WINDOW by_time AS (
    PARTITION BY customer_unique_id ORDER BY purchased_at NULLS LAST, customer_id
  )
), starts AS (
  SELECT customer_unique_id, zip_code_prefix, city, state,
         coalesce(purchased_at, TIMESTAMP '1900-01-01') + to_microseconds(tie) AS valid_from
  FROM ranked
  WHERE purchased_at IS NOT NULL OR place = 1
  QUALIFY place = 1 OR (zip_code_prefix, city, state) IS DISTINCT FROM
    lag((zip_code_prefix, city, state)) OVER (PARTITION BY customer_unique_id ORDER BY place)
), numbered AS (
  SELECT *, row_number() OVER (ORDER BY customer_unique_id, valid_from) AS number,
         lead(valid_from) OVER (PARTITION BY customer_unique_id ORDER BY valid_from) AS valid_to
  FROM starts
)
SELECT customer_unique_id, zip_code_prefix, n.city, n.state,
       coalesce(geolocation_key, -1) AS geolocation_key,
       min(number) OVER (PARTITION BY customer_unique_id) AS person_key,
       valid_from, valid_to, valid_to IS NULL AS is_current
FROM numbered n LEFT JOIN dim_geolocation USING (zip_code_prefix)
