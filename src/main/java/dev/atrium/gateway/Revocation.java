package dev.atrium.gateway;

import dev.atrium.session.CloseReason;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Revocation of all sessions of a user, on every replica. Created at startup, to reply to the others. Any thread. */
@Startup
@Singleton
public final class Revocation {

    private static final String REQUEST = "revoke";
    private static final String EVERYWHERE = "*";
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Cluster cluster;
    private final Sessions sessions;
    private final RoomService rooms;

    Revocation(Cluster cluster, Sessions sessions, RoomService rooms) {
        this.cluster = cluster;
        this.sessions = sessions;
        this.rooms = rooms;
        cluster.serve(REQUEST, this::endHere);
    }

    /**
     * Ends the user's sessions, also those that wait for their client. Emits the number of connected ones; or an
     * {@link ErrorReply} with 503 if a replica has not replied, in which case the request can be repeated.
     *
     * @param namespace null for all namespaces
     */
    Uni<Integer> revoke(String namespace, String user) {
        return rooms.revokeWaiting(namespace, user)
                .chain(() -> cluster.callEvery(REQUEST, (namespace == null ? EVERYWHERE : namespace) + ' ' + user, TIMEOUT))
                .map(Revocation::sum);
    }

    private static int sum(List<Optional<String>> replies) {
        if (replies.stream().anyMatch(Optional::isEmpty)) {
            throw ErrorReply.unavailable("not every replica has answered", true);
        }
        return replies.stream().mapToInt(reply -> Integer.parseInt(reply.get())).sum();
    }

    /** Ends the sessions of this replica. The first space ends the namespace, which contains none. */
    private Uni<String> endHere(String request) {
        int space = request.indexOf(' ');
        String namespace = request.substring(0, space);
        String user = request.substring(space + 1);
        List<Session> ended = sessions.all().stream()
                .filter(each -> (namespace.equals(EVERYWHERE) || each.namespace().equals(namespace))
                        && user.equals(each.self().user()))
                .toList();
        ended.forEach(each -> each.closeSoon(CloseReason.REVOKED));
        return Uni.createFrom().item(Integer.toString(ended.size()));
    }
}
