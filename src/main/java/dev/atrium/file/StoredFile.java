package dev.atrium.file;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.atrium.room.RoomId;

/**
 * What is known of a file, whole or still coming.
 *
 * @param id names it, and cannot be guessed
 * @param namespace of the room that it is said in
 * @param room its name
 * @param name as its sender calls it; any text, and no path
 * @param size bytes
 * @param type media type, as its sender declares it; never to be believed by what shows it
 * @param sha256 of its bytes, in hexadecimal digits; null while that is not known
 * @param session that opened it
 * @param user who sends it; null if that is not known
 * @param chunk bytes of each chunk but the last
 * @param createdAt when it was opened, epoch milliseconds
 * @param completedAt when it was verified, epoch milliseconds; 0 before
 * @param state how far it is
 */
public record StoredFile(String id, String namespace, String room, String name, long size, String type, String sha256,
        String session, String user, int chunk, long createdAt, long completedAt, State state) {

    /** How far a file is. Its chunks change in the first state alone. */
    public enum State {
        /** Chunks are taken. */
        COMING,
        /** It is being verified: what is read must be what is there afterwards. */
        SEALED,
        /** It is verified, and to be said in its room. */
        WHOLE,
        /** It was said in its room. */
        SAID
    }


    /** Whether all of it is there and verified. */
    @JsonIgnore
    public boolean isComplete() {
        return state == State.WHOLE || state == State.SAID;
    }

    /** How many chunks it has; none if it is empty. */
    @JsonIgnore
    public int chunks() {
        return (int) ((size + chunk - 1) / chunk);
    }

    /** Bytes of one of its chunks. */
    public int length(int index) {
        return (int) Math.min(chunk, size - offset(index));
    }

    /** Where one of its chunks begins. */
    public long offset(int index) {
        return (long) index * chunk;
    }

    /** The room that it is said in. */
    @JsonIgnore
    public RoomId roomId() {
        return new RoomId(namespace, room);
    }

    /** Whether this is known of it later than the other. */
    public boolean isAfter(StoredFile other) {
        return state.compareTo(other.state) > 0;
    }

    /** The same, in another state. */
    StoredFile as(State other) {
        return new StoredFile(id, namespace, room, name, size, type, sha256, session, user, chunk, createdAt, completedAt, other);
    }

    /** The same, verified. */
    StoredFile completed(String digest, long at) {
        return new StoredFile(id, namespace, room, name, size, type, digest, session, user, chunk, createdAt, at, State.WHOLE);
    }
}
