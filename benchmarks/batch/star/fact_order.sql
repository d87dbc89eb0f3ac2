WITH items AS (
  SELECT order_id, count(*) AS item_count, count(DISTINCT seller_id) AS seller_count,
         sum(price) AS price_total, sum(freight) AS freight_total
  FROM order_items GROUP BY order_id
), payments AS (
  SELECT order_id, count(*) AS payment_count, sum(payment_value) AS payment_total
  FROM order_payments GROUP BY order_id
), reviews AS (
  SELECT order_id, count(*) AS review_count FROM order_reviews GROUP BY order_id
), joined AS (
  SELECT o.*, f.customer_key, f.customer_state_key, f.purchase_date_key,
         coalesce(item_count, 0) AS item_count, coalesce(seller_count, 0) AS seller_count,
         coalesce(payment_count, 0) AS payment_count, coalesce(review_count, 0) AS review_count,
         coalesce(price_total, 0)::DECIMAL(14,2) AS price_total,
         coalesce(freight_total, 0)::DECIMAL(14,2) AS freight_total,
         coalesce(payment_total, 0)::DECIMAL(14,2) AS payment_total,
         delivered_at::DATE - estimated_delivery_date AS days_late
  FROM orders o
  JOIN of_order f USING (order_id)
  LEFT JOIN items USING (order_id)
  LEFT JOIN payments USING (order_id)
  LEFT JOIN reviews USING (order_id)
)
SELECT order_id, customer_key, customer_state_key, purchase_date_key,
       coalesce(approved_at::DATE, DATE '1900-01-01') AS approved_date_key,
       coalesce(delivered_at::DATE, DATE '1900-01-01') AS delivered_date_key,
       coalesce(estimated_delivery_date, DATE '1900-01-01') AS estimated_delivery_date_key,
       order_status, purchased_at, hour(purchased_at) AS purchase_hour, approved_at,
       handed_to_carrier_at, delivered_at, item_count, seller_count, payment_count, review_count,
       price_total, freight_total, payment_total,
       payment_total - price_total - freight_total AS payment_difference,
       days_between(purchased_at, approved_at) AS days_to_approve,
       days_between(approved_at, handed_to_carrier_at) AS days_to_hand_over,
       days_between(purchased_at, delivered_at) AS days_to_deliver,
       days_late, days_late > 0 AS is_late
FROM joined
