package dev.atrium.it;

/** Files in a directory. */
class DirectoryFileIT extends FileContract {

    DirectoryFileIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
