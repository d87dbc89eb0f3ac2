-- what every fact of an order takes from it; a view that the facts below read
SELECT order_id, coalesce(customer_key, -1) AS customer_key, order_status,
       purchased_at::DATE AS purchase_date_key
FROM orders
LEFT JOIN (
  SELECT customer_id, customer_key FROM customers JOIN dim_customer USING (customer_unique_id)
) USING (customer_id)
