package dev.atrium.file.redis;

/**
 * The names of keys. All carry the same hash tag, so that in a Redis Cluster they live on one node, as a script needs them to.
 *
 * @param prefix what every key begins with
 */
record FileKeys(String prefix) {

    /** Hash from id to what is known of the file. */
    String files() {
        return prefix + ":{files}";
    }

    /** Hash from id to when a file that is still coming was written to, epoch milliseconds. */
    String touched() {
        return prefix + ":{files}:touched";
    }

    /** Hash from index to bytes. */
    String chunks(String id) {
        return prefix + ":{files}:chunks:" + id;
    }
}
