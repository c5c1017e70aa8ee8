package dev.atrium.file;

import dev.atrium.gateway.RoomService;
import dev.atrium.room.Data;
import dev.atrium.room.Publication;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;

/** Says in a room that there is a file: {@value #EVENT}, once, however often the answer to that is lost. */
final class Announcement {

    static final String EVENT = "@file";

    private final RoomService service;
    private final Duration remembered;
    private final Clock clock;

    /** @param remembered how long the backplane knows an idempotency key */
    Announcement(RoomService service, Duration remembered, Clock clock) {
        this.service = service;
        this.remembered = remembered;
        this.clock = clock;
    }

    /** A file has just been completed. */
    Uni<Closing> first(Speaker speaker, StoredFile file) {
        Publication said = new Publication(file.roomId(), EVENT, new Data.Json(FileJson.data(file)), speaker.who(), true, file.id());
        return service.announce(said, speaker.transport()).map(receipt -> Closing.complete(file, receipt));
    }

    /** A file has been complete before: the answer was lost, or what came before it. */
    Uni<Closing> again(Speaker speaker, StoredFile file) {
        // Half of the time, so that the key is known for sure: else the file would be said a second time.
        boolean known = clock.millis() < file.completedAt() + remembered.toMillis() / 2;
        return known ? first(speaker, file) : Uni.createFrom().item(Closing.complete(file, null));
    }
}
