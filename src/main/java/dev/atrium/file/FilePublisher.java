package dev.atrium.file;

import dev.atrium.gateway.RoomService;
import dev.atrium.room.Data;
import dev.atrium.room.Publication;
import dev.atrium.room.PublishResult;
import dev.atrium.room.Sender;
import dev.atrium.session.Transport;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;

/** Says in a room that there is a file: {@value #EVENT}, once, however often the answer to that is lost. */
final class FilePublisher {

    static final String EVENT = "@file";

    private final RoomService service;
    private final FileStore store;
    private final Duration remembered;
    private final Clock clock;

    /** @param remembered how long the backplane knows an idempotency key */
    FilePublisher(RoomService service, FileStore store, Duration remembered, Clock clock) {
        this.service = service;
        this.store = store;
        this.remembered = remembered;
        this.clock = clock;
    }

    /** Says it for the client that has sent the last of it, or asks again because the answer was lost. */
    Uni<UploadResult> close(Uploader speaker, StoredFile file) {
        // Half of the time, so that the key is known for sure: else the file would be said a second time.
        boolean known = clock.millis() < file.completedAt() + remembered.toMillis() / 2;
        if (file.state() == StoredFile.State.SAID && !known) {
            return Uni.createFrom().item(UploadResult.complete(file, null));
        }
        return say(file, speaker.who(), speaker.transport()).map(receipt -> UploadResult.complete(file, receipt));
    }

    /** Says it for a client that has gone. */
    Uni<Void> sayFor(StoredFile file) {
        return say(file, new Sender(file.session(), file.user()), Transport.SESSION).replaceWithVoid();
    }

    /** That it was said is noted afterwards: nobody would say it again if the replica died in between. */
    private Uni<PublishResult> say(StoredFile file, Sender who, Transport transport) {
        Publication said = new Publication(file.roomId(), EVENT, new Data.Json(FileJson.data(file)), who, true, file.id());
        return service.announce(said, transport)
                .call(receipt -> file.state() == StoredFile.State.SAID ? Uni.createFrom().voidItem()
                        : store.update(file.as(StoredFile.State.SAID)));
    }
}
