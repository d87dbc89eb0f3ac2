SELECT order_id, payment_sequential, customer_key, customer_state_key, purchase_date_key,
       payment_type, payment_installments, payment_value
FROM order_payments JOIN of_order USING (order_id)
