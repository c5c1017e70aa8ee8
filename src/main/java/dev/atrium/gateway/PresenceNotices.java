package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.room.Notice;
import dev.atrium.room.RoomId;
import dev.atrium.room.Sender;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** Tells the members of a room, on every replica, who came and who went here. */
@Singleton
final class PresenceNotices {

    private static final Logger LOG = Logger.getLogger(PresenceNotices.class);

    private final Backplane backplane;

    PresenceNotices(Backplane backplane) {
        this.backplane = backplane;
    }

    void start(@Observes StartupEvent startup, Events events) {
        events.subscribe("presence", event -> {
            if (event instanceof Event.Joined joined) {
                announce(joined.room(), Notice.Change.JOINED, joined.who());
            } else if (event instanceof Event.Left left) {
                announce(left.room(), Notice.Change.LEFT, left.who());
            }
        });
    }

    private void announce(RoomId room, Notice.Change change, Sender who) {
        backplane.announce(new Notice(room, change, who)).subscribe().with(
                done -> { },
                failure -> LOG.debugf("A presence notice was not published: %s", failure.getMessage()));
    }
}
