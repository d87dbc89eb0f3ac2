SELECT review_id, order_id, customer_key, customer_state_key, purchase_date_key,
       coalesce(created_date, DATE '1900-01-01') AS created_date_key, answered_at, review_score,
       comment_message IS NOT NULL AS has_comment, comment_title, comment_message
FROM order_reviews JOIN of_order USING (order_id)
