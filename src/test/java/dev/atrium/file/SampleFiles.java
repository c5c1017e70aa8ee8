package dev.atrium.file;

/** Files as tests need them. */
final class SampleFiles {

    private SampleFiles() {
    }

    static StoredFile coming(String id, String room, String session, String user, long size) {
        return new StoredFile(id, "/", room, "a.png", size, "image/png", null, session, user, null, 10, 1, 0,
                StoredFile.State.UPLOADING);
    }

    static StoredFile whole(String id, String room, String session, String user, long size) {
        return coming(id, room, session, user, size).completed("00ff", 2);
    }
}
