package io.captionstream.demo;

import io.captionstream.event.Topics;

/** Tells how to take part: where everything listens and how to send an event of one's own. */
final class Instructions {
    private Instructions() {}

    static void print(DemoApplication application, Topics topics) {
        System.out.printf(
                """

                Kafka            %1$s
                Schema registry  %2$s
                Service          %3$s   (health: /q/health, metrics: /q/metrics)
                Live page        %3$s/  (drop an image, promote a version, see how they learn)
                Topics           %4$s -> %5$s, %6$s

                Send an image of your own, on the page or from the shell:

                  java -jar target/quarkus-app/quarkus-run.jar publish picture.jpg \\
                    --bootstrap-servers %1$s --schema-registry %2$s

                or from Node (npm install kafkajs @kafkajs/confluent-schema-registry):

                  node -e '
                    const { Kafka } = require("kafkajs"), { SchemaRegistry } = require("@kafkajs/confluent-schema-registry");
                    (async () => {
                      const registry = new SchemaRegistry({ host: "%2$s" });
                      const id = await registry.getLatestSchemaId("%4$s-value");
                      const value = await registry.encode(id, { id: "mine", uri: null, models: [], attributes: {},
                        content: require("fs").readFileSync(process.argv[1]), decoding: null, createdAt: null });
                      const producer = new Kafka({ brokers: ["%1$s"] }).producer();
                      await producer.connect();
                      await producer.send({ topic: "%4$s", messages: [{ key: "mine", value }] });
                      await producer.disconnect();
                    })()' picture.jpg

                or with Confluent's console tools:

                  echo '{"id": "mine", "uri": {"string": "data:image/png;base64,..."}, "content": null, "models": [],
                         "decoding": null, "attributes": {}, "createdAt": null}' | tr -d '\\n' |
                    kafka-avro-console-producer --bootstrap-server %1$s --topic %4$s \\
                      --property schema.registry.url=%2$s \\
                      --property value.schema="$(cat schemas/ImageEvent.avsc)"

                Ctrl-C ends.

                """,
                application.bootstrapServers(),
                application.registryUrl(),
                application.serviceUrl(),
                topics.imageEvents(),
                topics.captionEvents(),
                topics.deadLetters());
    }
}
