package dev.atrium.it.file;

import dev.atrium.it.fixture.Cluster;

/** Files in a directory store. */
class DirectoryFileIT extends FileContract {

    DirectoryFileIT() {
        super(Cluster.inMemory(SETTINGS));
    }
}
