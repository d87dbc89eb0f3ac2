-- what every fact of an order takes from it; a view that the facts below read
SELECT order_id, coalesce(customer_key, -1) AS customer_key,
       coalesce(customer_state_key, -1) AS customer_state_key, order_status,
       purchased_at::DATE AS purchase_date_key
FROM orders
LEFT JOIN (
  SELECT customer_id, customer_key, state_key AS customer_state_key
  FROM customers
  JOIN dim_customer p USING (customer_unique_id)
  LEFT JOIN dim_state s ON s.state = p.state
) USING (customer_id)
