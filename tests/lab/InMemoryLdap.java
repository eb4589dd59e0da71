// Copyright: (c) 2026, the cellsops.sso developers
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.OperationType;
import java.io.FileReader;
import java.io.Reader;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.Properties;
import java.util.logging.FileHandler;

/**
 * UnboundID's in-memory LDAP server on the loopback interface alone. The class InMemoryDirectoryServerTool of the same
 * library does the rest just as well, but has no option for the address and listens on all of them.
 *
 * <p>Argument: a properties file with port, baseDn, ldif and accessLog. Accounts are those of the LDIF.
 */
public final class InMemoryLdap {
  private InMemoryLdap() {}

  public static void main(String[] arguments) throws Exception {
    Properties options = new Properties();
    try (Reader reader = new FileReader(arguments[0])) {
      options.load(reader);
    }
    InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig(options.getProperty("baseDn"));
    config.setListenerConfigs(
        InMemoryListenerConfig.createLDAPConfig(
            "loopback",
            InetAddress.getByName("127.0.0.1"),
            Integer.parseInt(options.getProperty("port")),
            null));
    // memberOf is an ordinary attribute of the LDIF here, which no standard schema knows.
    config.setSchema(null);
    // As directories of companies do: nobody reads without an account.
    config.setAuthenticationRequiredOperationTypes(
        EnumSet.of(OperationType.SEARCH, OperationType.COMPARE, OperationType.ADD, OperationType.MODIFY));
    FileHandler log = new FileHandler(options.getProperty("accessLog"));
    log.setFormatter(new com.unboundid.util.MinimalLogFormatter());
    config.setAccessLogHandler(log);
    InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
    server.importFromLDIF(true, options.getProperty("ldif"));
    server.startListening();
    System.out.println("listening on 127.0.0.1:" + server.getListenPort());
  }
}
