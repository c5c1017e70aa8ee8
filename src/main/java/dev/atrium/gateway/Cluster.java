package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.backplane.ClusterRpc;
import dev.atrium.room.Audience;
import dev.atrium.room.DeliveryLoop;
import dev.atrium.room.SessionId;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Requests from this replica to all replicas, and work on this replica's sessions. Any thread. */
@Singleton
public final class Cluster {

    private static final Logger LOG = Logger.getLogger(Cluster.class);

    /** A task for each session would cost a hundred times the look at it, and most sessions belong to few audiences. */
    private static final int SESSIONS_PER_TASK = 64;

    private final Backplane backplane;
    private final Sessions sessions;
    private final Map<String, Function<String, Uni<String>>> responders = new ConcurrentHashMap<>();

    Cluster(Backplane backplane, Sessions sessions) {
        this.backplane = backplane;
        this.sessions = sessions;
        backplane.clusterRpc().serve(this::respond);
    }

    /** Registers the responder for one kind of request between replicas. Called at startup. */
    public void serve(String kind, Function<String, Uni<String>> responder) {
        responders.put(kind, responder);
    }

    private Uni<String> respond(String request) {
        int space = request.indexOf(' ');
        Function<String, Uni<String>> responder = responders.get(request.substring(0, space));
        return responder == null ? Uni.createFrom().failure(new IllegalStateException("unknown kind of request"))
                : responder.apply(request.substring(space + 1));
    }

    /**
     * Sends a request to every replica that is alive: one item for each, empty for a replica that has not replied in time.
     *
     * @param kind of request, a single word
     */
    public Uni<List<Optional<String>>> callAll(String kind, String request, Duration timeout) {
        return backplane.clusterRpc().callAll(kind + ' ' + request, timeout).onFailure().transform(ErrorReply::of)
                .map(acks -> replies(acks, acks.replicas()));
    }

    /**
     * Sends a request as {@link #callAll}, with an empty item also for a replica that may be alive but does not listen at the
     * moment: for requests that no session may escape. One that has lost its connection to Redis handles it later.
     */
    Uni<List<Optional<String>>> callEvery(String kind, String request, Duration timeout) {
        return backplane.clusterRpc().callEvery(kind + ' ' + request, timeout).onFailure().transform(ErrorReply::of)
                .map(acks -> replies(acks, acks.replicas() + acks.unheard()));
    }

    private static List<Optional<String>> replies(ClusterRpc.Acks acks, int replicas) {
        List<Optional<String>> all = new ArrayList<>();
        acks.replies().forEach(reply -> all.add(Optional.of(reply)));
        all.addAll(Collections.nCopies(replicas - acks.replies().size(), Optional.empty()));
        return all;
    }

    /** Subscribes to channels that other programs publish to through the same backplane. */
    public void listen(String pattern, BiConsumer<String, byte[]> listener) {
        backplane.listen(pattern, listener);
    }

    /** Runs the work for each session of the namespace and audience on this replica, on the session's event loop. */
    public <T> Uni<List<T>> each(String namespace, Audience audience, Function<Session, Uni<T>> work) {
        List<Uni<List<T>>> tasks = new ArrayList<>();
        Map<DeliveryLoop, List<Session>> gathered = new HashMap<>();
        for (Session session : candidates(audience)) {
            if (session.namespace().equals(namespace)) {
                List<Session> some = gathered.computeIfAbsent(session.loop(), loop -> new ArrayList<>());
                some.add(session);
                if (some.size() == SESSIONS_PER_TASK) {
                    tasks.add(task(session.loop(), gathered.remove(session.loop()), audience, work));
                }
            }
        }
        gathered.forEach((loop, some) -> tasks.add(task(loop, some, audience, work)));
        return Completions.all(tasks).map(all -> all.stream().flatMap(List::stream).toList());
    }

    /** Sessions that may belong to an audience. A message to one client costs no look at all others. */
    private Collection<Session> candidates(Audience audience) {
        Set<String> rooms = audience.rooms();
        return rooms.isEmpty() || !rooms.stream().allMatch(SessionId::isSessionId) ? sessions.all()
                : rooms.stream().map(sessions::find).filter(Objects::nonNull).toList();
    }

    private static <T> Uni<List<T>> task(DeliveryLoop loop, List<Session> some, Audience audience,
            Function<Session, Uni<T>> work) {
        return Uni.createFrom().deferred(() -> Completions.all(some.stream()
                // One that is not admitted yet would be in a room before its client may receive messages.
                .filter(session -> session.isOpen() && session.isAdmitted() && audience.includes(session))
                .map(session -> Uni.createFrom().deferred(() -> work.apply(session)).map(Optional::of)
                        // A session that ends meanwhile must not fail the result of the others.
                        .onFailure().invoke(failure -> LOG.debugf("An operation on a session failed: %s", failure.getMessage()))
                        .onFailure().recoverWithItem(Optional.empty()))
                .toList())).runSubscriptionOn(loop::run).map(all -> all.stream().flatMap(Optional::stream).toList());
    }

    /** Address of a replica over HTTP, {@code host:port}; null if it is not alive. */
    public Uni<String> addressOf(String node) {
        return backplane.addressOf(node).onFailure().transform(ErrorReply::of);
    }
}
