SELECT date_trunc('month', purchase_date_key)::DATE AS purchase_date_key, customer_state_key,
       count(*) AS order_count, count(days_to_deliver) AS delivered_count,
       coalesce(sum(days_to_deliver), 0) AS days_to_deliver_total,
       count(days_late) AS promised_count, coalesce(sum(days_late), 0) AS days_late_total,
       count_if(is_late) AS late_count
FROM fact_order
GROUP BY ALL
