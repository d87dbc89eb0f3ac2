SELECT product_id,
       coalesce(product_category_key, -1) AS product_category_key,
       coalesce(product_category_name_english, 'unknown') AS product_category_name_english,
       product_name_length, product_description_length, product_photo_count,
       weight_grams, length_centimeters, height_centimeters, width_centimeters
FROM products LEFT JOIN dim_product_category USING (product_category_name)
