package dev.atrium.it;

/** Files in a directory store. */
class DirectoryFileIT extends FileContract {

    DirectoryFileIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
