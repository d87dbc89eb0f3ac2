-- what every fact of an order takes from it; a view that the facts below read
SELECT order_id, coalesce(customer_key, -1) AS customer_key,
       coalesce(state_key, -1) AS customer_state_key, order_status,
       purchased_at::DATE AS purchase_date_key
FROM orders
LEFT JOIN customers c USING (customer_id)
ASOF LEFT JOIN dim_customer p
  ON c.customer_unique_id = p.customer_unique_id AND orders.purchased_at >= p.valid_from
LEFT JOIN dim_state s ON s.state = c.state
