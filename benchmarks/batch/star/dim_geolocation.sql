WITH places AS (
  SELECT zip_code_prefix,
         median(latitude) FILTER (is_inside_brazil) AS latitude,
         median(longitude) FILTER (is_inside_brazil) AS longitude
  FROM geolocation GROUP BY zip_code_prefix
), names AS (
  SELECT zip_code_prefix, city, state FROM (
    SELECT zip_code_prefix, city, state, count(*) AS sightings
    FROM geolocation GROUP BY zip_code_prefix, city, state
  )
  QUALIFY row_number() OVER (
    PARTITION BY zip_code_prefix
    ORDER BY sightings DESC, city ASC NULLS LAST, state ASC NULLS LAST
  ) = 1
)
SELECT zip_code_prefix, latitude, longitude, city, state
FROM places JOIN names USING (zip_code_prefix)
