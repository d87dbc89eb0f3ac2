SELECT mql_id, coalesce(first_contact_date, DATE '1900-01-01') AS first_contact_date_key,
       landing_page_id, coalesce(origin, 'unknown') AS origin
FROM marketing_qualified_leads
