WITH latest AS (
  SELECT customer_unique_id, zip_code_prefix, city, state
  FROM customers LEFT JOIN orders USING (customer_id)
  QUALIFY row_number() OVER (
    PARTITION BY customer_unique_id ORDER BY purchased_at DESC NULLS LAST, customer_id
  ) = 1
)
SELECT customer_unique_id, zip_code_prefix, l.city, l.state,
       coalesce(geolocation_key, -1) AS geolocation_key
FROM latest l LEFT JOIN dim_geolocation USING (zip_code_prefix)
