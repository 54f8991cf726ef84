# syntax=docker/dockerfile:1
# Captionstream on CPUs: docker build -t captionstream:cpu .
#
# The build makes target/image: the application with its native libraries unpacked beside it, and a launcher. The tests
# start the service from that very folder.

FROM eclipse-temurin:17.0.15_6-jdk-noble AS build
WORKDIR /build
COPY mvnw pom.xml ./
COPY .mvn .mvn
COPY schemas schemas
COPY src src
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -ntp package -DskipTests

FROM eclipse-temurin:17.0.15_6-jre-ubi9-minimal
LABEL org.opencontainers.image.title="Captionstream" \
      org.opencontainers.image.description="Captions for the images that flow through Kafka topics" \
      org.opencontainers.image.licenses="Apache-2.0"
# The only folder that is written to, beside /tmp: the root file system may be read-only.
RUN install -d -o 10001 -g 10001 -m 0750 /var/lib/captionstream
COPY --from=build --chown=0:0 --chmod=u=rwX,go=rX /build/target/image /app
# Here, since only the JVM that made it can use it.
RUN /app/bin/archive-classes
ENV PATH=/app/bin:$PATH \
    CAPTIONSTREAM_STATE_DIRECTORY=/var/lib/captionstream/state
USER 10001:10001
WORKDIR /app
VOLUME /var/lib/captionstream
EXPOSE 8080
ENTRYPOINT ["/app/bin/captionstream"]
