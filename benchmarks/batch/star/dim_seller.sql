SELECT seller_id, zip_code_prefix, s.city, s.state,
       coalesce(geolocation_key, -1) AS geolocation_key
FROM sellers s LEFT JOIN dim_geolocation USING (zip_code_prefix)
