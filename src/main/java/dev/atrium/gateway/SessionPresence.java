package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.room.Presence;
import dev.atrium.room.RoomId;
import dev.atrium.session.Session;
import dev.atrium.session.Sessions;
import io.smallrye.mutiny.Uni;
import org.jboss.logging.Logger;

/**
 * Presence of this replica's sessions: the rooms list them as members. A room that is no named one lists nobody, and a hidden
 * session is not listed anywhere. On the session's event loop.
 */
record SessionPresence(Backplane backplane, Sessions sessions) {

    private static final Logger LOG = Logger.getLogger(SessionPresence.class);

    Uni<Void> enter(Session session, RoomId room) {
        return isListed(session, room) ? backplane.enter(room, new Presence(session.self(), backplane.currentTimeMillis()))
                : Uni.createFrom().voidItem();
    }

    /** Lists a session that leaves a room no longer. */
    Uni<Void> exit(Session session, RoomId room) {
        return isListed(session, room) ? backplane.exit(room, session.self()) : Uni.createFrom().voidItem();
    }

    /** Lists an ended session no longer, unless another one has its id now and is in the room: both are one entry. */
    void ended(Session session, RoomId room) {
        Session successor = sessions.find(session.id());
        if (successor == null) {
            exitQuietly(session, room);
            return;
        }
        successor.loop().run(() -> {
            if (successor.membership(room) == null) {
                exitQuietly(session, room);
            }
        });
    }

    /** Lists a session no longer whose end nobody waits for. */
    void exitQuietly(Session session, RoomId room) {
        exit(session, room).subscribe().with(done -> {
        }, failure -> LOG.warnf("A session was not removed from the members of a room: %s", failure.getMessage()));
    }

    private static boolean isListed(Session session, RoomId room) {
        return room.isNamed() && session.isVisible();
    }
}
