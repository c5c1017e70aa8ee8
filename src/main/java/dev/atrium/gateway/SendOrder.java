package dev.atrium.gateway;

import dev.atrium.room.RoomId;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Order of one client's messages in each room. After a message that was rejected with 429 or 503 the ones behind it are
 * rejected with 424 (Failed Dependency) until that message is sent again, so that a client that repeats it delivers all of
 * them in their order. Messages to one room are executed one after the other: otherwise one could fail in the backplane after
 * the next was accepted. The {@link SendWindow} bounds the waiting ones. On the connection's event loop only.
 */
public final class SendOrder {

    /** Maximum number of rooms of one client that wait for a rejected message. */
    static final int MAX_ROOMS = 256;
    private static final Set<Integer> REPEATED = Set.of(424, 429, 503);

    private final Executor loop;
    private final Consumer<ErrorReply> rejected;
    private final int maxRooms;
    private final Map<RoomId, Lane> lanes = new HashMap<>();
    /** Number of rooms that wait for a rejected message. */
    private int held;

    /**
     * @param loop runs tasks on the connection's event loop
     * @param rejected called for each message that is rejected for its order, so that a flood of them can be ended
     * @param maxRooms number of rooms that wait for a rejected message beyond which the messages to others are rejected, too.
     *        Up to twice as many wait for such a message then: otherwise one behind it would overtake it
     */
    SendOrder(Executor loop, Consumer<ErrorReply> rejected, int maxRooms) {
        this.loop = loop;
        this.rejected = rejected;
        this.maxRooms = maxRooms;
    }

    private final class Lane {

        private final RoomId room;
        private final Queue<Entry<?>> waiting = new ArrayDeque<>();
        private boolean busy;
        /** Key of the rejected message that has to come first; null for none. */
        private String expected;

        private Lane(RoomId room) {
            this.room = room;
        }

        private void next() {
            while (!busy && !waiting.isEmpty()) {
                start(waiting.poll());
            }
            if (!busy && expected == null) {
                lanes.remove(room, this);
            }
        }

        private <T> void start(Entry<T> entry) {
            if (isOutOfOrder(entry.key)) {
                if (expected == null && held < 2 * maxRooms) {
                    expect(entry.key);
                }
                ErrorReply outOfOrder = outOfOrder();
                rejected.accept(outOfOrder);
                entry.emitter.fail(outOfOrder);
                return;
            }
            expect(null);
            busy = true;
            Uni.createFrom().deferred(entry.work::get).subscribe().with(
                    item -> loop.execute(() -> done(entry, item, null)),
                    failure -> loop.execute(() -> done(entry, null, ErrorReply.of(failure))));
        }

        private boolean isOutOfOrder(String key) {
            return expected != null ? !expected.equals(key) : held > maxRooms;
        }

        private <T> void done(Entry<T> entry, T item, ErrorReply error) {
            busy = false;
            if (error == null) {
                entry.emitter.complete(item);
            } else if (REPEATED.contains(error.code())) {
                expect(entry.key);
                entry.emitter.fail(error);
                rejectWaiting();
            } else {
                entry.emitter.fail(error);
            }
            next();
        }

        /** They do not count for a flood: their client could not know. */
        private void rejectWaiting() {
            List<Entry<?>> late = List.copyOf(waiting);
            waiting.clear();
            late.forEach(Entry::fail);
        }

        private void expect(String key) {
            held += (key == null ? 0 : 1) - (expected == null ? 0 : 1);
            expected = key;
        }
    }

    private record Entry<T>(String key, Supplier<Uni<T>> work, UniEmitter<? super T> emitter) {

        void fail() {
            emitter.fail(outOfOrder());
        }
    }

    private static ErrorReply outOfOrder() {
        return new ErrorReply(424, "send: an earlier message to this room was rejected and has to be sent first");
    }

    /** Ends the waiting messages: their session has ended, perhaps because its client may send no more. */
    public void end() {
        List.copyOf(lanes.values()).forEach(Lane::rejectWaiting);
    }

    /**
     * Executes the work when it is the message's turn.
     *
     * @param key idempotency key, by which a message that is sent again is recognised
     * @return the result, or 424 if an earlier message has to be sent again first
     */
    public <T> Uni<T> submit(RoomId room, String key, Supplier<Uni<T>> work) {
        return Uni.createFrom().emitter(emitter -> {
            Lane lane = lanes.computeIfAbsent(room, Lane::new);
            lane.waiting.add(new Entry<T>(key, work, emitter));
            lane.next();
        });
    }
}
