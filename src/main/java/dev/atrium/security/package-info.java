/** Authentication, permissions and limits of clients. */
package dev.atrium.security;
