package dev.atrium.file;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.atrium.room.RoomId;

/**
 * Description of a file, complete or still being uploaded.
 *
 * @param id unguessable name
 * @param namespace of the room in which it is published
 * @param room name of that room
 * @param name file name from its sender; any text, not a path
 * @param type media type as declared by its sender; a viewer must not trust it
 * @param sha256 of its bytes, in hexadecimal digits; null while it is unknown
 * @param session that began the upload
 * @param user sender; null if it is anonymous
 * @param address of an anonymous sender, whose files count together, empty if it is unknown; null if it has a user, or the
 *        file is older than this field
 * @param chunk bytes of each chunk but the last
 * @param createdAt when the upload began, epoch milliseconds
 * @param completedAt when it was verified, epoch milliseconds; 0 before
 */
public record StoredFile(String id, String namespace, String room, String name, long size, String type, String sha256,
        String session, String user, String address, int chunk, long createdAt, long completedAt, State state) {

    /** State of a file. Its chunks change only in the first state. The names in stores are those of earlier releases. */
    public enum State {
        /** Chunks are accepted. */
        @JsonProperty("COMING")
        UPLOADING,
        /** Being verified. No chunk is accepted, so that the verified bytes are the final ones. */
        SEALED,
        /** Verified, but not published in its room yet. */
        @JsonProperty("WHOLE")
        VERIFIED,
        /** Published in its room. */
        @JsonProperty("SAID")
        PUBLISHED
    }

    /** Returns whether it is verified, with all of its chunks. */
    @JsonIgnore
    public boolean isComplete() {
        return state == State.VERIFIED || state == State.PUBLISHED;
    }

    /** Number of chunks; 0 if the file is empty. */
    @JsonIgnore
    public int chunks() {
        return (int) ((size + chunk - 1) / chunk);
    }

    public int length(int index) {
        return (int) Math.min(chunk, size - offset(index));
    }

    public long offset(int index) {
        return (long) index * chunk;
    }

    @JsonIgnore
    public RoomId roomId() {
        return new RoomId(namespace, room);
    }

    /** Returns whether its state is later than that of the other description. */
    public boolean isAfter(StoredFile other) {
        return state.compareTo(other.state) > 0;
    }

    public StoredFile as(State other) {
        return new StoredFile(id, namespace, room, name, size, type, sha256, session, user, address, chunk, createdAt,
                completedAt, other);
    }

    StoredFile completed(String digest, long at) {
        return new StoredFile(id, namespace, room, name, size, type, digest, session, user, address, chunk, createdAt, at,
                State.VERIFIED);
    }
}
