package dev.atrium.gateway;

import dev.atrium.backplane.Backplane;
import dev.atrium.room.DeliveryObserver;
import dev.atrium.room.Rooms;
import dev.atrium.tracing.Tracing;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Producer of this replica's {@link Rooms}, connected to the backplane. */
@Singleton
final class RoomsProducer {

    @Produces
    @Singleton
    Rooms rooms(Backplane backplane, DeliveryObserver observer, Events events, Tracing tracing) {
        return new Rooms(backplane, (message, members) -> {
            observer.delivered(message, members);
            if (events.isWanted(Event.Delivered.class)) {
                events.emit(new Event.Delivered(message, members));
            }
        }, tracing);
    }
}
