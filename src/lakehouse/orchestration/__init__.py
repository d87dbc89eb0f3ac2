"""What is run, in which order, and how a step is carried out; dags/ only names it to Airflow."""
