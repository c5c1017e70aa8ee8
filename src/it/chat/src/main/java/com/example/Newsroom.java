package com.example;

import dev.atrium.application.Rooms;
import dev.atrium.gateway.Event;
import dev.atrium.gateway.Events;
import dev.atrium.room.Data;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.subscription.Cancellable;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Subscribes to a room, and to what happens on this replica. */
@Singleton
public class Newsroom {

    private final List<String> received = new CopyOnWriteArrayList<>();
    private Cancellable messages;
    private Cancellable arrivals;

    void start(@Observes StartupEvent startup, Rooms rooms, Events events) {
        messages = rooms.stream("lobby").subscribe().with(message -> received.add(((Data.Text) message.data()).text()));
        arrivals = events.stream(Event.Joined.class).subscribe().with(event -> {
            if (event instanceof Event.Joined joined) {
                received.add(joined.who().self().user() + " joined " + joined.room().name());
            }
        });
    }

    List<String> received() {
        return received;
    }

    @PreDestroy
    void stop() {
        messages.cancel();
        arrivals.cancel();
    }
}
