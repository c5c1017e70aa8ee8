package dev.atrium.file;

import dev.atrium.gateway.AccessControl;
import dev.atrium.gateway.Command;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.room.RoomId;
import dev.atrium.security.Permission;
import dev.atrium.session.Requester;
import dev.atrium.session.Session;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Command on files. Its {@code transfers} execute it; results are emitted on any thread. The permission for a file that is
 * named by its id depends on its room, so it is checked when the file has been found.
 */
public sealed interface FileCommand<C extends Requester, R> extends Command.Extension<C, R> {

    @Override
    default void permit(C client, AccessControl access) {
        // Most commands name a file, whose room is not known yet. Only an authenticated client may learn that there is none.
        access.requireIdentity(client);
    }

    /**
     * Begins an upload, or continues one that the client has begun.
     *
     * @param sha256 null if the client does not send it
     */
    record Open(Transfers transfers, RoomId room, String name, Long size, String type, String sha256)
            implements
                FileCommand<Session, Transfer> {

        /** @throws ErrorReply 400 for a room that sessions do not join */
        public Open {
            if (!room.isNamed()) {
                throw ErrorReply.parameter(400, "room", "expected a room that sessions join");
            }
        }

        @Override
        public void permit(Session session, AccessControl access) {
            access.require(session, room, Permission.SEND);
        }

        @Override
        public Uni<Transfer> run(Session session) {
            return transfers.open(Uploader.of(session), room, name, size, type, sha256);
        }
    }

    /**
     * Stores a chunk of an upload. A client may send a chunk again.
     *
     * @param bytes lent until the {@code Uni} has completed
     */
    record Write(Transfers transfers, String id, Long index, ByteBuffer bytes) implements FileCommand<Session, Void> {

        @Override
        public Uni<Void> run(Session session) {
            return transfers.write(Uploader.of(session), id, index, bytes);
        }
    }

    /** Reads the state of an upload. */
    record Status(Transfers transfers, String id) implements FileCommand<Session, Transfer> {

        @Override
        public Uni<Transfer> run(Session session) {
            return transfers.status(Uploader.of(session), id);
        }
    }

    /** Completes an upload. */
    record Close(Transfers transfers, String id) implements FileCommand<Session, UploadResult> {

        @Override
        public Uni<UploadResult> run(Session session) {
            return transfers.close(Uploader.of(session), id);
        }
    }

    /** Aborts an upload and deletes its chunks. */
    record Abort(Transfers transfers, String id) implements FileCommand<Session, Void> {

        @Override
        public Uni<Void> run(Session session) {
            return transfers.abort(Uploader.of(session), id);
        }
    }

    /** Reads a chunk of a file. */
    record Read(Transfers transfers, String id, Long index) implements FileCommand<Session, byte[]> {

        @Override
        public Uni<byte[]> run(Session session) {
            return transfers.read(Uploader.of(session), id, index);
        }
    }

    /** Finds a complete file of a room. */
    record Find(Transfers transfers, RoomId room, String id) implements FileCommand<Requester, StoredFile> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.require(client, room, Permission.JOIN);
        }

        @Override
        public Uni<StoredFile> run(Requester client) {
            return transfers.find(room, id);
        }
    }

    /**
     * Deletes a file of a room. Permitted to the user that sent it, and with {@code admin}.
     *
     * @param condition throws an {@link ErrorReply} for a file that is not to be deleted
     */
    record Delete(Transfers transfers, RoomId room, String id, Consumer<StoredFile> condition)
            implements
                FileCommand<Requester, Void> {

        @Override
        public void permit(Requester client, AccessControl access) {
            access.requireJoinOrSend(client, room);
        }

        @Override
        public Uni<Void> run(Requester client) {
            return transfers.delete(client, room, id, condition);
        }
    }
}
