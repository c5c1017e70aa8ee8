package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A member whose history cannot be read for a while: it is read again until it can, or until the member has left. */
class CatchUpRetryTest {

    private static final RoomId LOBBY = RoomId.of("/", "lobby");
    private static final RoomId BROKEN = RoomId.of("/", "broken");
    private static final int MESSAGES = 12;

    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final Thread thread = CompletableFuture.supplyAsync(Thread::currentThread, executor).join();
    private final DeliveryLoop loop = new DeliveryLoop(executor, () -> Thread.currentThread() == thread, () -> false);
    private final Source source = new Source();
    private final Rooms rooms = new Rooms(source, (message, members) -> {
    }, (message, loops) -> null);
    private final Client ann = new Client();

    @AfterEach
    void stop() {
        executor.shutdown();
    }

    @Test
    void a_history_that_cannot_be_read_is_read_again_and_nothing_is_lost() {
        Membership membership = joined();
        source.failures.set(2);
        sayMoreThanCanWait();
        onLoop(() -> {
            membership.follow();
            return null;
        });
        await().until(() -> ann.received.size() == MESSAGES);
        for (int i = 0; i < MESSAGES; i++) {
            assertThat(((Message) ann.received.get(i)).offset()).isEqualTo(i + 1);
        }
        assertThat(source.reads).hasValue(3);
    }

    @Test
    void a_room_whose_history_cannot_be_read_does_not_hold_up_the_other_rooms_of_its_member() {
        Membership broken = joined(BROKEN);
        Membership membership = joined();
        source.broken = true;
        sayMoreThanCanWait(BROKEN);
        sayMoreThanCanWait();
        onLoop(() -> {
            broken.follow();
            membership.follow();
            return null;
        });
        await().until(() -> ann.received.size() == MESSAGES);
        assertThat(ann.received).allMatch(delivery -> ((Message) delivery).room().equals(LOBBY));
        source.broken = false;
        await().until(() -> ann.received.size() == 2 * MESSAGES);
        assertThat(ann.received.subList(MESSAGES, 2 * MESSAGES))
                .allMatch(delivery -> ((Message) delivery).room().equals(BROKEN));
    }

    @Test
    void for_a_member_that_has_left_nothing_is_read_again() {
        Membership membership = joined();
        source.failures.set(1_000);
        sayMoreThanCanWait();
        onLoop(() -> {
            membership.follow();
            rooms.leave(membership);
            return null;
        });
        await().until(() -> source.reads.get() > 0);
        int reads = source.reads.get();
        await().during(300, TimeUnit.MILLISECONDS).atMost(2, TimeUnit.SECONDS).until(() -> source.reads.get() <= reads + 1);
        assertThat(ann.received).isEmpty();
    }

    private Membership joined() {
        return joined(LOBBY);
    }

    private Membership joined(RoomId room) {
        return onLoop(() -> rooms.join(ann, room, false, null, () -> true).await().indefinitely());
    }

    private void sayMoreThanCanWait() {
        sayMoreThanCanWait(LOBBY);
    }

    private void sayMoreThanCanWait(RoomId room) {
        for (int i = 1; i <= MESSAGES; i++) {
            Message message = new Publication(room, "message", new Data.Text("x".repeat(100_000)), null, true)
                    .at(new StreamPosition("e", i), 1);
            source.kept.add(message);
            source.subscribers.get(room).message(message);
        }
        // Behind the turns that deliver them.
        onLoop(() -> null);
        onLoop(() -> null);
    }

    private <T> T onLoop(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, executor).orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static final class Source implements RoomSource {

        private final AtomicInteger failures = new AtomicInteger();
        private final AtomicInteger reads = new AtomicInteger();
        private final List<Message> kept = new CopyOnWriteArrayList<>();
        private final Map<RoomId, Subscriber> subscribers = new ConcurrentHashMap<>();
        private volatile boolean broken;

        @Override
        public void subscribe(RoomId room, Subscriber newSubscriber) {
            subscribers.put(room, newSubscriber);
            newSubscriber.subscribed(new StreamPosition("e", 0));
        }

        @Override
        public void unsubscribe(RoomId room) {
            subscribers.remove(room);
        }

        @Override
        public Uni<History> history(RoomId room, HistoryQuery query) {
            return Uni.createFrom().item(() -> {
                reads.incrementAndGet();
                if (failures.getAndDecrement() > 0 || broken && room.equals(BROKEN)) {
                    throw new IllegalStateException("away");
                }
                return new History(new StreamPosition("e", MESSAGES), kept.stream()
                        .filter(message -> message.room().equals(room) && message.offset() > query.after()).toList());
            });
        }
    }

    private final class Client implements Member {

        private final List<Delivery> received = new CopyOnWriteArrayList<>();
        private final CatchUpTurns turns = new CatchUpTurns();

        @Override
        public String id() {
            return "ann";
        }

        @Override
        public DeliveryLoop loop() {
            return loop;
        }

        @Override
        public boolean isIn(String room) {
            return false;
        }

        @Override
        public void receive(WriteBatch batch) {
            received.addAll(batch.deliveries());
        }

        @Override
        public void failed(RuntimeException failure) {
            throw new AssertionError(failure);
        }

        @Override
        public CatchUpTurns catchUpTurns() {
            return turns;
        }

        @Override
        public void whenDrained(Runnable task) {
            executor.execute(task);
        }
    }
}
