WITH paid AS (
  SELECT order_id, sum(payment_value)::DECIMAL(16,2) AS paid
  FROM order_payments GROUP BY order_id
), counted AS (
  SELECT i.*, (coalesce(paid, 0) * 100)::BIGINT AS total,
         ((price + freight) * 100)::BIGINT AS weight
  FROM order_items i LEFT JOIN paid USING (order_id)
), summed AS (
  SELECT *, sum(weight) OVER (PARTITION BY order_id) AS summed,
         count(*) OVER (PARTITION BY order_id) AS items
  FROM counted
), weighted AS (
  SELECT * REPLACE (CASE WHEN summed > 0 THEN weight ELSE 1 END AS weight),
         CASE WHEN summed > 0 THEN summed ELSE items END AS weights
  FROM summed
), floored AS (
  SELECT *, (total::HUGEINT * weight) // weights AS share,
         (total::HUGEINT * weight) % weights AS remainder
  FROM weighted
), shared AS (
  SELECT *,
         row_number() OVER (PARTITION BY order_id ORDER BY remainder DESC, order_item_id) AS place,
         total - sum(share) OVER (PARTITION BY order_id) AS left_over
  FROM floored
)
SELECT order_id, order_item_id, customer_key, customer_state_key,
       coalesce(product_key, -1) AS product_key,
       coalesce(product_category_key, -1) AS product_category_key,
       coalesce(seller_key, -1) AS seller_key,
       purchase_date_key, order_status, shipping_limit_at, price, freight,
       ((share + (place <= left_over)::INT)::DECIMAL(16,0) * 0.01)::DECIMAL(12,2)
         AS payment_allocated
FROM shared
JOIN of_order USING (order_id)
LEFT JOIN dim_product USING (product_id)
LEFT JOIN dim_seller USING (seller_id)
