/**
 * Windows log channels by Sigma's `service`. Names in lower case, as events are compared. Source: SigmaHQ's documentation of log sources;
 * Microsoft's channel names.
 */

/** Under two services in rules; the first is how Sigma's reference implementation calls them all. */
const SERVICE_BUS = [
  'Microsoft-ServiceBus-Client',
  'Microsoft-ServiceBus-Client/Admin',
  'Microsoft-ServiceBus-Client/Operational',
];

const SERVICES: Readonly<Record<string, string | readonly string[]>> = {
  application: 'Application',
  security: 'Security',
  system: 'System',
  sysmon: 'Microsoft-Windows-Sysmon/Operational',
  powershell: ['Microsoft-Windows-PowerShell/Operational', 'PowerShellCore/Operational'],
  'powershell-classic': 'Windows PowerShell',
  'application-experience': [
    'Microsoft-Windows-Application-Experience/Program-Telemetry',
    'Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant',
  ],
  applocker: [
    'Microsoft-Windows-AppLocker/MSI and Script',
    'Microsoft-Windows-AppLocker/EXE and DLL',
    'Microsoft-Windows-AppLocker/Packaged app-Deployment',
    'Microsoft-Windows-AppLocker/Packaged app-Execution',
  ],
  'appmodel-runtime': 'Microsoft-Windows-AppModel-Runtime/Admin',
  'appxdeployment-server': 'Microsoft-Windows-AppXDeploymentServer/Operational',
  'appxpackaging-om': 'Microsoft-Windows-AppxPackaging/Operational',
  bitlocker: 'Microsoft-Windows-BitLocker/BitLocker Management',
  'bits-client': 'Microsoft-Windows-Bits-Client/Operational',
  capi2: 'Microsoft-Windows-CAPI2/Operational',
  'certificateservicesclient-lifecycle-system':
    'Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational',
  'codeintegrity-operational': 'Microsoft-Windows-CodeIntegrity/Operational',
  dhcp: ['Microsoft-Windows-DHCP-Server/Operational', 'Microsoft-Windows-Dhcp-Server/Operational'],
  'diagnosis-scripted': 'Microsoft-Windows-Diagnosis-Scripted/Operational',
  'dns-client': ['Microsoft-Windows-DNS-Client/Operational', 'Microsoft-Windows-DNS Client Events/Operational'],
  'dns-server': 'DNS Server',
  'dns-server-analytic': ['Microsoft-Windows-DNS-Server/Analytical', 'Microsoft-Windows-DNSServer/Analytical'],
  'dns-server-audit': ['Microsoft-Windows-DNS-Server/Audit', 'Microsoft-Windows-DNSServer/Audit'],
  'driver-framework': 'Microsoft-Windows-DriverFrameworks-UserMode/Operational',
  'firewall-as': 'Microsoft-Windows-Windows Firewall With Advanced Security/Firewall',
  'hyper-v-worker': ['Microsoft-Windows-Hyper-V-Worker-Admin', 'Microsoft-Windows-Hyper-V-Worker'],
  'iis-configuration': 'Microsoft-IIS-Configuration/Operational',
  'kernel-event-tracing': ['Microsoft-Windows-Kernel-EventTracing/Admin', 'Microsoft-Windows-Kernel-EventTracing'],
  'kernel-shimengine': [
    'Microsoft-Windows-Kernel-ShimEngine/Operational',
    'Microsoft-Windows-Kernel-ShimEngine/Diagnostic',
  ],
  ldap: ['Microsoft-Windows-LDAP-Client/Debug', 'Microsoft-Windows-LDAP-Client/Operational'],
  ldap_debug: 'Microsoft-Windows-LDAP-Client/Debug',
  'lsa-server': 'Microsoft-Windows-LSA/Operational',
  'microsoft-servicebus-client': SERVICE_BUS,
  'msexchange-management': 'MSExchange Management',
  ntfs: 'Microsoft-Windows-Ntfs/Operational',
  ntlm: 'Microsoft-Windows-NTLM/Operational',
  openssh: 'OpenSSH/Operational',
  'printservice-admin': 'Microsoft-Windows-PrintService/Admin',
  'printservice-operational': 'Microsoft-Windows-PrintService/Operational',
  sense: 'Microsoft-Windows-SENSE/Operational',
  'security-mitigations': [
    'Microsoft-Windows-Security-Mitigations/Kernel Mode',
    'Microsoft-Windows-Security-Mitigations/KernelMode',
    'Microsoft-Windows-Security-Mitigations/User Mode',
    'Microsoft-Windows-Security-Mitigations/UserMode',
  ],
  'servicebus-client': SERVICE_BUS,
  'shell-core': 'Microsoft-Windows-Shell-Core/Operational',
  'smbclient-connectivity': 'Microsoft-Windows-SmbClient/Connectivity',
  'smbclient-security': 'Microsoft-Windows-SmbClient/Security',
  'smbserver-audit': 'Microsoft-Windows-SMBServer/Audit',
  'smbserver-connectivity': 'Microsoft-Windows-SMBServer/Connectivity',
  'smbserver-operational': 'Microsoft-Windows-SMBServer/Operational',
  'smbserver-security': 'Microsoft-Windows-SMBServer/Security',
  taskscheduler: 'Microsoft-Windows-TaskScheduler/Operational',
  'terminalservices-localsessionmanager': 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational',
  'terminalservices-remoteconnectionmanager': 'Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational',
  vhdmp: ['Microsoft-Windows-VHDMP-Operational', 'Microsoft-Windows-VHDMP/Operational'],
  windefend: 'Microsoft-Windows-Windows Defender/Operational',
  wmi: 'Microsoft-Windows-WMI-Activity/Operational',
};

/** `undefined` for a service that this table does not know. */
export function channelsOf(service: string): ReadonlySet<string> | undefined {
  if (!Object.hasOwn(SERVICES, service)) return undefined;
  const names = SERVICES[service]!;
  return new Set((typeof names === 'string' ? [names] : names).map((name) => name.toLowerCase()));
}
