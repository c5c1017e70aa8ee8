package dev.atrium.transport.http;

import dev.atrium.gateway.Gateway;
import dev.atrium.room.History;
import dev.atrium.room.RoomId;
import dev.atrium.room.StreamPosition;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.session.Drainable;
import dev.atrium.session.HttpRequester;
import dev.atrium.session.Sessions;
import io.netty.channel.EventLoop;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Registry of the long polls that wait on this replica. Any thread. */
@Singleton
public final class LongPolls implements Drainable {

    private final Gateway gateway;
    private final Sessions sessions;
    private final ConnectionLimiter connections;
    private final Set<LongPoll> waiting = ConcurrentHashMap.newKeySet();

    LongPolls(Gateway gateway, Sessions sessions, ConnectionLimiter connections) {
        this.gateway = gateway;
        this.sessions = sessions;
        this.connections = connections;
    }

    /** Starts a long poll on an event loop; fails with 503 on a replica that shuts down. */
    Uni<History> news(HttpRequester client, RoomId room, StreamPosition since, boolean opens, long seconds,
            EventLoop eventLoop) {
        return Uni.createFrom().voidItem().emitOn(eventLoop::execute).chain(() -> {
            LongPoll poll = new LongPoll(gateway, client, eventLoop, sessions.deliveryLoop(eventLoop));
            waiting.add(poll);
            // Checked after the poll was added: a poll that starts during the shutdown is either rejected here, or ended with the
            // others.
            return Uni.createFrom().voidItem().invoke(connections::requireOpen)
                    .chain(() -> poll.news(room, since, opens, seconds)).onTermination().invoke(() -> waiting.remove(poll));
        });
    }

    /** Ends each poll with the messages received so far. */
    @Override
    public List<Runnable> closeTasks() {
        return waiting.stream().<Runnable> map(poll -> poll::dismiss).toList();
    }

    @Override
    public int inFlight() {
        return waiting.size();
    }
}
