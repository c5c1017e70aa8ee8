package dev.atrium.backplane;

import dev.atrium.room.Message;
import dev.atrium.room.PresenceEvent;
import dev.atrium.room.StreamPosition;
import dev.atrium.room.Subscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.awaitility.Awaitility;

/** Subscriber that keeps what it receives, and fails for messages that are lost. */
public final class RecordingSubscriber implements Subscriber {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    public final List<Message> messages = Collections.synchronizedList(new ArrayList<>());
    final List<PresenceEvent> presenceEvents = Collections.synchronizedList(new ArrayList<>());
    public volatile StreamPosition start;

    @Override
    public void subscribed(StreamPosition position) {
        start = position;
    }

    @Override
    public void message(Message message) {
        messages.add(message);
    }

    @Override
    public void volatileMessage(Message message) {
        messages.add(message);
    }

    @Override
    public void lost(StreamPosition upTo) {
        throw new AssertionError("lost " + upTo);
    }

    @Override
    public void presenceEvent(PresenceEvent event) {
        presenceEvents.add(event);
    }

    @Override
    public boolean isBehind() {
        return false;
    }

    @Override
    public void unavailable(Throwable cause) {
        throw new AssertionError(cause);
    }

    /** Waits for so many messages. */
    public void await(int count) {
        Awaitility.await().atMost(TIMEOUT).pollInterval(Duration.ofMillis(5)).until(() -> messages.size() >= count);
    }
}
