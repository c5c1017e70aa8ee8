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

/**
 * Publishes the event {@value #EVENT} of a complete file in its room: once, however often the reply to that is lost.
 *
 * @param idempotencyWindow how long the backplane keeps idempotency keys
 */
record FilePublisher(RoomService service, FileStore store, Duration idempotencyWindow, Clock clock) {

    static final String EVENT = "@file";

    /** Publishes for the client that has completed the upload, or that repeats its close because the reply was lost. */
    Uni<UploadResult> close(Uploader uploader, StoredFile file) {
        // Idempotency keys are trusted for half their window: past the window the file would be published a second time.
        boolean known = clock.millis() < file.completedAt() + idempotencyWindow.toMillis() / 2;
        if (file.state() == StoredFile.State.PUBLISHED && !known) {
            return Uni.createFrom().item(UploadResult.complete(file, null));
        }
        return publish(file, uploader.self(), uploader.transport()).map(result -> UploadResult.complete(file, result));
    }

    /** Publishes on behalf of a client that has disconnected. */
    Uni<Void> publishFor(StoredFile file) {
        return publish(file, new Sender(file.session(), file.user()), Transport.SESSION).replaceWithVoid();
    }

    /** Published first, then stored as published: in the other order, a replica's death would leave it unpublished. */
    private Uni<PublishResult> publish(StoredFile file, Sender who, Transport transport) {
        // A key that no client can send, because of the space: with its own message of the same key the sender could hide the file.
        Publication publication = new Publication(file.roomId(), EVENT, new Data.Json(FileJson.data(file)), who, true,
                EVENT + " " + file.id());
        return service.announce(publication, transport)
                .call(result -> file.state() == StoredFile.State.PUBLISHED ? Uni.createFrom().voidItem()
                        : store.update(file.as(StoredFile.State.PUBLISHED)));
    }
}
