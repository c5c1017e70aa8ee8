package dev.atrium.room;

import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Base class of tests with rooms on event loops that the test runs by hand, and with a message source that the test controls.
 */
abstract class WithRooms {

    static final RoomId LOBBY = RoomId.of("/", "lobby");

    /** Small, so that a test has many pages. */
    static final int PAGE = 10;

    /** A member that is never caught up would run tasks without an end. */
    private static final int MOST_TASKS = 10_000;

    final Source source = new Source();
    final List<String> deliveries = new ArrayList<>();
    final Rooms rooms = new Rooms(source, (message, members) -> deliveries.add(message.offset() + "x" + members),
            (message, loops) -> null);
    final Loop one = new Loop();
    final Loop two = new Loop();

    Membership join(Listener listener) {
        return join(listener, null);
    }

    Membership join(Listener listener, StreamPosition since) {
        Membership membership = admit(listener, since);
        membership.follow();
        return membership;
    }

    Membership admit(Listener listener, StreamPosition since) {
        return rooms.join(listener, LOBBY, false, since, () -> true).await().indefinitely();
    }

    void turn() {
        one.turn();
        two.turn();
    }

    static final class Loop {
        final Deque<Runnable> tasks = new ArrayDeque<>();
        final DeliveryLoop delivery = new DeliveryLoop(tasks::add, () -> true, () -> false);

        void task() {
            tasks.remove().run();
        }

        void turn() {
            int left = MOST_TASKS;
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                if (left-- == 0) {
                    throw new AssertionError("a loop that has no end");
                }
                task.run();
            }
        }
    }

    static final class Source implements RoomSource {
        final List<String> log = new ArrayList<>();
        StreamPosition position = new StreamPosition("e", 0);
        Subscriber subscriber;
        final List<Message> kept = new ArrayList<>();
        final List<Runnable> unanswered = new ArrayList<>();
        long firstKept = 1;
        boolean fails;
        boolean waits;
        boolean answersLater;
        int reads;

        @Override
        public void subscribe(RoomId room, Subscriber newSubscriber) {
            log.add("subscribe");
            subscriber = newSubscriber;
            if (fails) {
                subscriber.unavailable(new IllegalStateException("away"));
            } else if (!waits) {
                subscriber.subscribed(position);
            }
        }

        @Override
        public void unsubscribe(RoomId room) {
            log.add("unsubscribe");
        }

        void say(String text) {
            say(text, null, true);
        }

        void say(String text, Sender from, boolean echo) {
            say(text, null, from, echo);
        }

        void say(String text, String traceparent, Sender from, boolean echo) {
            position = new StreamPosition(position.epoch(), position.offset() + 1);
            Message message = new Publication(LOBBY, "message", new Data.Text(text), from, echo).in(traceparent).at(position,
                    1);
            kept.add(message);
            subscriber.message(message);
        }

        void sayVolatile(String text) {
            subscriber.volatileMessage(
                    new Publication(LOBBY, "message", new Data.Text(text), null, true).withoutPosition(1));
        }

        @Override
        public Uni<History> history(RoomId room, HistoryQuery query) {
            reads++;
            return answersLater ? Uni.createFrom().emitter(emitter -> unanswered.add(() -> emitter.complete(read(query))))
                    : Uni.createFrom().item(() -> read(query));
        }

        private History read(HistoryQuery query) {
            return new History(position, kept.stream()
                    .filter(message -> message.offset() > query.after() && message.offset() >= firstKept)
                    .limit(Math.min(query.limit(), PAGE)).toList());
        }

        void answer() {
            List<Runnable> due = List.copyOf(unanswered);
            unanswered.clear();
            due.forEach(Runnable::run);
        }
    }

    static class Listener implements Member {

        @Override
        public boolean isIn(String room) {
            return false;
        }

        final List<String> received = new ArrayList<>();
        final List<RuntimeException> failures = new ArrayList<>();
        int writes;
        int flushes;
        private final CatchUpTurns turns = new CatchUpTurns();
        private final String id;
        private final Loop loop;

        Listener(String id, Loop loop) {
            this.id = id;
            this.loop = loop;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public DeliveryLoop loop() {
            return loop.delivery;
        }

        @Override
        public void failed(RuntimeException failure) {
            failures.add(failure);
        }

        @Override
        public CatchUpTurns catchUpTurns() {
            return turns;
        }

        @Override
        public void whenDrained(Runnable task) {
            loop.tasks.add(task);
        }

        @Override
        public void receive(WriteBatch batch) {
            received.addAll(List.of(batch.joined(Format.INSTANCE).split("\n")));
            writes++;
            loop.delivery.flushLater(() -> flushes++);
        }
    }

    static final class Format implements WireFormat<String> {
        static final Format INSTANCE = new Format();
        int encoded;
        int held;

        @Override
        public byte[] encode(Delivery delivery) {
            encoded++;
            String line = delivery instanceof Message message
                    ? message.offset() + " " + ((Data.Text) message.data()).text()
                    : delivery instanceof HistoryGap gap ? "gap to " + gap.position().epoch() + gap.position().offset()
                            : ((PresenceEvent) delivery).change() + " " + ((PresenceEvent) delivery).who().id();
            return line.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String join(List<byte[]> lines) {
            held++;
            StringBuilder joined = new StringBuilder();
            lines.forEach(line -> joined.append(new String(line, StandardCharsets.UTF_8)).append('\n'));
            return joined.toString();
        }

        @Override
        public void release(String joined) {
            held--;
        }
    }
}
