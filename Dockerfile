# An image of the weirpool command.
#
#   docker build -t weirpool .                          from the sources alone
#   docker build -t weirpool --build-arg FROM=built .   from cli/target/weirpool, which `mvn package` has made: in seconds
#
# Run it with --init: an init as process 1 reaps what workers' own children leave behind.
ARG FROM=source

FROM maven:3-eclipse-temurin-17 AS source
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 mvn -q -B -DskipTests package

FROM scratch AS built
COPY cli/target/weirpool /src/cli/target/weirpool

FROM ${FROM} AS distribution

FROM eclipse-temurin:17-jre
# /app is for your own classes: mount them there, for `weirpool worker --classpath '/app/*'`
RUN groupadd --system --gid 10001 weirpool \
    && useradd --system --uid 10001 --gid weirpool --create-home --shell /usr/sbin/nologin weirpool \
    && mkdir /app \
    && install -d -o weirpool -g weirpool -m 700 /var/lib/weirpool \
    && ln -s /opt/weirpool/bin/weirpool /usr/local/bin/weirpool
COPY --from=distribution /src/cli/target/weirpool /opt/weirpool
# made again: an archive is good for one Java and one place
RUN /opt/weirpool/bin/make-archive

USER 10001:10001
WORKDIR /app
# `weirpool worker` touches this file every few seconds for as long as it can work with its Redis
ENV WEIRPOOL_HEALTH_FILE=/tmp/weirpool-healthy
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD [ -n "$(find "$WEIRPOOL_HEALTH_FILE" -mmin -0.5)" ]
ENTRYPOINT ["weirpool"]
