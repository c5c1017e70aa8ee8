package dev.atrium.operations;

import dev.atrium.room.DeliveryObserver;
import dev.atrium.room.Message;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/** Delivery metrics. On the hot path: it only adds to counters and records a timer. */
@Singleton
final class DeliveryMetrics implements DeliveryObserver {

    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final Timer latency;

    DeliveryMetrics(MeterRegistry registry) {
        FunctionCounter.builder("atrium.messages.delivered", messages, LongAdder::sum)
                .description("Messages delivered to members, once per member").register(registry);
        FunctionCounter.builder("atrium.messages.delivered.bytes", bytes, LongAdder::sum)
                .description("Data delivered to members").baseUnit("bytes").register(registry);
        latency = Timer.builder("atrium.delivery.latency")
                .description(
                        "Time from the backplane's acceptance of a message to its delivery to the members on one event loop")
                .serviceLevelObjectives(LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
                        .mapToObj(Duration::ofMillis).toArray(Duration[]::new))
                .register(registry);
    }

    @Override
    public void delivered(Message message, int members) {
        messages.add(members);
        bytes.add((long) members * message.data().size());
        long micros = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - message.atMicros();
        // Redis sets the message's time, and its clock may be ahead of this machine's.
        latency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
    }
}
