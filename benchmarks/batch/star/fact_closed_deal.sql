SELECT mql_id, coalesce(lead_key, -1) AS lead_key, coalesce(seller_key, -1) AS seller_key,
       coalesce(won_at::DATE, DATE '1900-01-01') AS won_date_key, won_at, seller_id,
       business_segment, lead_type, lead_behaviour_profile, business_type,
       won_at::DATE - m.first_contact_date AS days_to_close,
       declared_product_catalog_size, declared_monthly_revenue
FROM closed_deals
LEFT JOIN marketing_qualified_leads m USING (mql_id)
LEFT JOIN dim_lead USING (mql_id)
LEFT JOIN dim_seller USING (seller_id)
