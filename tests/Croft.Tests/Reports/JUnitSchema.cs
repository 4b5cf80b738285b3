using System.Xml;
using System.Xml.Schema;

namespace Croft.Tests.Reports;

/// <summary>
/// What all of Jenkins', Maven's and GitLab's readers accept, and no more: attributes, their types, the order of elements.
/// </summary>
static class JUnitSchema
{
    internal static XmlSchemaSet Set { get; } = Load();

    static XmlSchemaSet Load()
    {
        var set = new XmlSchemaSet();
        set.Add(
            null,
            XmlReader.Create(
                new StringReader(
                    """
                    <x:schema xmlns:x="http://www.w3.org/2001/XMLSchema">
                      <x:simpleType name="seconds"><x:restriction base="x:string"><x:pattern value="[0-9]+\.[0-9]{3}"/></x:restriction></x:simpleType>
                      <x:simpleType name="time"><x:restriction base="x:string"><x:pattern value="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"/></x:restriction></x:simpleType>
                      <x:attributeGroup name="counts">
                        <x:attribute name="name" type="x:string" use="required"/>
                        <x:attribute name="tests" type="x:nonNegativeInteger" use="required"/>
                        <x:attribute name="failures" type="x:nonNegativeInteger" use="required"/>
                        <x:attribute name="errors" type="x:nonNegativeInteger" use="required"/>
                        <x:attribute name="time" type="seconds" use="required"/>
                      </x:attributeGroup>
                      <x:complexType name="fault" mixed="true">
                        <x:attribute name="message" type="x:string"/><x:attribute name="type" type="x:string" use="required"/>
                      </x:complexType>
                      <x:complexType name="skip" mixed="true"><x:attribute name="message" type="x:string"/></x:complexType>
                      <x:complexType name="case">
                        <x:sequence>
                          <x:choice minOccurs="0">
                            <x:element name="failure" type="fault"/><x:element name="error" type="fault"/><x:element name="skipped" type="skip"/>
                          </x:choice>
                          <x:element name="system-out" type="x:string" minOccurs="0"/>
                        </x:sequence>
                        <x:attribute name="classname" type="x:string" use="required"/>
                        <x:attribute name="name" type="x:string" use="required"/>
                        <x:attribute name="time" type="seconds" use="required"/>
                      </x:complexType>
                      <x:complexType name="property">
                        <x:attribute name="name" type="x:string" use="required"/><x:attribute name="value" type="x:string" use="required"/>
                      </x:complexType>
                      <x:complexType name="suite">
                        <x:sequence>
                          <x:element name="properties"><x:complexType><x:sequence>
                            <x:element name="property" type="property" maxOccurs="unbounded"/>
                          </x:sequence></x:complexType></x:element>
                          <x:element name="testcase" type="case" minOccurs="0" maxOccurs="unbounded"/>
                          <x:element name="system-out" type="x:string" minOccurs="0"/>
                        </x:sequence>
                        <x:attributeGroup ref="counts"/>
                        <x:attribute name="skipped" type="x:nonNegativeInteger" use="required"/>
                        <x:attribute name="timestamp" type="time" use="required"/>
                        <x:attribute name="hostname" type="x:string" use="required"/>
                      </x:complexType>
                      <x:element name="testsuites"><x:complexType>
                        <x:sequence><x:element name="testsuite" type="suite" minOccurs="0" maxOccurs="unbounded"/></x:sequence>
                        <x:attributeGroup ref="counts"/>
                      </x:complexType></x:element>
                    </x:schema>
                    """
                )
            )
        );
        set.Compile();
        return set;
    }
}
