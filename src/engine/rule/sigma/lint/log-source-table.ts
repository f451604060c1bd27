/** The log sources that rules are written for. Source: Sigma specification 2.1, taxonomy; and what the public collection uses besides. */

interface KnownProduct {
  readonly categories: readonly string[];
  readonly services: readonly string[];
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');
const of = (categories: string, services = ''): KnownProduct => ({
  categories: words(categories),
  services: words(services),
});

/** By product; the empty name is for log sources without one. */
export const KNOWN_LOG_SOURCES: ReadonlyMap<string, KnownProduct> = new Map([
  [
    '',
    of('antivirus database dns firewall network proxy webserver', 'apache connection dns modsecurity netflow nginx'),
  ],
  ['apache', of('', 'access error')],
  ['antivirus', of('antivirus')],
  ['aws', of('', 'cloudtrail')],
  ['azure', of('', 'activitylogs auditlogs pim riskdetection signinlogs')],
  ['bitbucket', of('', 'audit')],
  ['cisco', of('', 'aaa bgp duo ldp syslog')],
  ['django', of('application')],
  ['fortigate', of('', 'event')],
  ['fortios', of('', 'sslvpnd')],
  ['gcp', of('', 'gcp.audit google_workspace.admin google_workspace.login')],
  ['github', of('', 'audit')],
  ['huawei', of('', 'bgp ldp')],
  ['juniper', of('', 'bgp ldp')],
  ['jvm', of('application')],
  ['kubernetes', of('application', 'audit')],
  [
    'linux',
    of(
      'file_create file_delete file_event network_connection process_access process_creation process_termination raw_access_thread sysmon_status',
      'auditd auth clamav cron guacamole modsecurity sshd sudo sysmon syslog vsftpd',
    ),
  ],
  ['m365', of('', 'audit exchange threat_detection threat_management')],
  ['macos', of('file_event network_connection process_creation')],
  ['modsecurity', of('', 'modsecurity')],
  ['nodejs', of('application')],
  ['okta', of('', 'okta')],
  ['onelogin', of('', 'onelogin.events')],
  ['opencanary', of('application')],
  ['paloalto', of('appliance file_event', 'globalprotect')],
  ['python', of('application')],
  ['qualys', of('')],
  ['rpc_firewall', of('application')],
  ['ruby_on_rails', of('application')],
  ['spring', of('application')],
  ['sql', of('application')],
  ['velocity', of('application')],
  [
    'windows',
    of(
      `antivirus clipboard_capture clipboard_change create_remote_thread create_stream_hash dns_query driver_load file_access
       file_block file_block_executable file_block_shredding file_change file_delete file_delete_detected file_event
       file_executable_detected file_rename image_load network_connection pipe_created process_access process_creation
       process_tampering process_termination ps_classic_provider_start ps_classic_script ps_classic_start ps_module ps_script
       raw_access_thread registry_add registry_delete registry_event registry_rename registry_set sysmon_error sysmon_status
       wmi_event`,
      `application application-experience applocker appmodel-runtime appxdeployment-server appxpackaging-om bitlocker
       bits-client capi2 certificateservicesclient-lifecycle-system codeintegrity-operational dhcp diagnosis-scripted dns-client
       dns-server dns-server-analytic dns-server-audit driver-framework firewall-as hyper-v-worker iis-configuration
       kernel-event-tracing kernel-shimengine ldap ldap_debug lsa-server microsoft-servicebus-client msexchange-management ntfs
       ntlm openssh powershell powershell-classic printservice-admin printservice-operational security security-mitigations
       sense servicebus-client shell-core smbclient-connectivity smbclient-security smbserver-audit smbserver-connectivity
       smbserver-operational smbserver-security sysmon system taskscheduler terminalservices-localsessionmanager
       terminalservices-remoteconnectionmanager vhdmp windefend wmi`,
    ),
  ],
  ['zeek', of('', 'dce_rpc dns http kerberos rdp smb_files x509')],
]);
