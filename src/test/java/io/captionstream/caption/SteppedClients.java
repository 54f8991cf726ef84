package io.captionstream.caption;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/** The clients of the caption topology, as they are, with someone told of each step of the commits of outcomes. */
final class SteppedClients implements KafkaClientSupplier {
    private final KafkaClientSupplier clients;
    private final Observer observer;

    SteppedClients(KafkaClientSupplier clients, Observer observer) {
        this.clients = clients;
        this.observer = observer;
    }

    /** Told on the stream thread, which goes on when these return, or dies of what they throw. */
    interface Observer {
        /** A transaction with outcomes has come to a step. */
        void at(CommitStep step);

        /**
         * It has ended.
         *
         * @param failure what kept it from being committed; null if it was
         */
        void ended(@Nullable Throwable failure);
    }

    @Override
    @SuppressWarnings("unchecked")
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                SteppedClients.class.getClassLoader(),
                new Class<?>[] {Producer.class},
                new SteppedProducer(clients.getProducer(config)));
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return clients.getAdmin(config);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return clients.getConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return clients.getRestoreConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return clients.getGlobalConsumer(config);
    }

    private final class SteppedProducer implements InvocationHandler {
        private final Producer<byte[], byte[]> producer;
        private boolean hasOutcomes;

        private SteppedProducer(Producer<byte[], byte[]> producer) {
            this.producer = producer;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            return switch (method.getName()) {
                case "send" -> {
                    Object sent = call(method, arguments);
                    if (!hasOutcomes) {
                        hasOutcomes = true;
                        at(CommitStep.AFTER_FORWARD);
                    }
                    yield sent;
                }
                case "flush" -> {
                    at(CommitStep.BEFORE_FLUSH);
                    Object nothing = call(method, arguments);
                    at(CommitStep.AFTER_FLUSH);
                    yield nothing;
                }
                case "sendOffsetsToTransaction" -> {
                    Object nothing = call(method, arguments);
                    at(CommitStep.AFTER_OFFSETS);
                    yield nothing;
                }
                case "commitTransaction" -> {
                    at(CommitStep.WITHIN_COMMIT);
                    Object nothing = call(method, arguments);
                    at(CommitStep.AFTER_COMMIT);
                    end(null);
                    yield nothing;
                }
                case "abortTransaction", "close" -> {
                    end(new IllegalStateException(method.getName()));
                    yield call(method, arguments);
                }
                default -> call(method, arguments);
            };
        }

        private void at(CommitStep step) {
            if (hasOutcomes) {
                observer.at(step);
            }
        }

        private void end(@Nullable Throwable failure) {
            if (hasOutcomes) {
                hasOutcomes = false;
                observer.ended(failure);
            }
        }

        private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(producer, arguments);
            } catch (InvocationTargetException e) {
                end(e.getCause());
                throw e.getCause();
            }
        }
    }
}
