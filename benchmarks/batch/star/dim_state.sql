SELECT state, state_name, 'BR-' || state AS iso_code, region
FROM declared_states
