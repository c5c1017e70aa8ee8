/** Files in the Redis that replicas share anyway: for small ones, because they lie in its memory. */
package dev.atrium.file.redis;
