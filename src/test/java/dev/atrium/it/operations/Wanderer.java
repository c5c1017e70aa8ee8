package dev.atrium.it.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.it.fixture.Replica;
import dev.atrium.it.fixture.SessionClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Client that publishes and receives in one room, and resumes its session on another replica when its replica drains. */
final class Wanderer implements AutoCloseable {

    private static final String ROOM = "wandering";
    private static final long PAUSE_NANOS = 10_000_000;

    private final Replica second;
    private final boolean publishes;
    private final SessionClient before;
    private final long joinedAt;
    private final List<Integer> seqsBefore = new ArrayList<>();
    private final List<Integer> seqsAfter = new ArrayList<>();
    private final Thread thread = new Thread(this::live, "wanderer");
    private volatile SessionClient after;
    private volatile boolean stopped;

    Wanderer(Replica first, Replica second, boolean publishes) {
        this.second = second;
        this.publishes = publishes;
        before = first.session();
        joinedAt = before.join(ROOM).at("/body/offset").asLong();
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void live() {
        speak(before, seqsBefore);
        if (stopped) {
            return;
        }
        before.awaitClose();
        SessionClient next = second.session();
        JsonNode resumed = next.call("resume",
                "{\"token\":\"" + before.welcome().path("resume").asText() + "\",\"places\":{\"" + ROOM
                        + "\":{\"epoch\":\"" + before.epochOf(ROOM) + "\",\"offset\":" + place() + "}}}");
        assertThat(resumed.path("code").asInt()).as(resumed.toString()).isEqualTo(200);
        after = next;
        speak(next, seqsAfter);
    }

    private long place() {
        return offsets(before).reduce((first, last) -> last).orElse(joinedAt);
    }

    private void speak(SessionClient client, List<Integer> seqs) {
        while (!stopped && client.isOpen()) {
            if (publishes) {
                try {
                    int seq = client.send("send", "{\"room\":\"" + ROOM + "\",\"data\":1}");
                    synchronized (seqs) {
                        seqs.add(seq);
                    }
                } catch (CompletionException closed) {
                    return;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    boolean hasMoved() {
        return after != null;
    }

    int acknowledgements() {
        return acknowledged().size();
    }

    /** Offsets of its acknowledged messages. */
    List<Long> acknowledged() {
        SessionClient now = after;
        return Stream.concat(acknowledged(before, seqsBefore), now == null ? Stream.of() : acknowledged(now, seqsAfter))
                .toList();
    }

    private static Stream<Long> acknowledged(SessionClient client, List<Integer> seqs) {
        List<Integer> own;
        synchronized (seqs) {
            own = List.copyOf(seqs);
        }
        return client.replies().stream()
                .filter(reply -> own.contains(reply.path("seq").asInt()) && reply.path("code").asInt() == 200)
                .map(reply -> reply.at("/body/offset").asLong());
    }

    /** Offsets of the received messages, before and after the move. */
    List<Long> received() {
        SessionClient now = after;
        return Stream.concat(offsets(before), now == null ? Stream.of() : offsets(now)).toList();
    }

    private static Stream<Long> offsets(SessionClient client) {
        return client.pushes("message").stream().map(message -> message.path("offset").asLong());
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void close() {
        before.close();
        if (after != null) {
            after.close();
        }
    }
}
